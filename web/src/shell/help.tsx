/** `?`: every key that does something here. */
import { Dialog } from "@/ui/overlay";
import { useShortcutGroups } from "./shortcuts";

export function Help({ open, onOpenChange }: { open: boolean; onOpenChange: (open: boolean) => void }) {
  const groups = useShortcutGroups();
  return (
    <Dialog open={open} onOpenChange={onOpenChange} title="Keyboard">
      {[...groups].map(([group, shortcuts]) => (
        <section key={group} className="stack">
          <h3 className="label">{group}</h3>
          <dl className="facts">
            {shortcuts.map((item) => (
              <div key={item.keys} className="contents">
                <dt>
                  {item.keys.split(" ").map((key) => (
                    <kbd key={key} className="kbd">
                      {key}
                    </kbd>
                  ))}
                </dt>
                <dd>{item.label}</dd>
              </div>
            ))}
          </dl>
        </section>
      ))}
    </Dialog>
  );
}
