/** How to get the second key, said where it is missing. */
import { Popover } from "radix-ui";
import type { ReactNode } from "react";
import { withoutKeys } from "../wording";

/** `children` say how many keys there are; by a click, how to get the second. `missing`: why an advisor that is
 * there said nothing. */
export function KeysHelp({
  children,
  missing,
}: {
  children: ReactNode;
  missing?: string | null | undefined;
}) {
  return (
    <Popover.Root>
      <Popover.Trigger className="linkish">
        {children}
        <span className="sr">. How to get the second key</span>
      </Popover.Trigger>
      <Popover.Portal>
        <Popover.Content
          className="popover"
          aria-label="How to get the second key"
          sideOffset={6}
          collisionPadding={12}
        >
          <strong>Two keys make a step safe</strong>
          <p className="dim">
            The scanner is one key. The advisor is the other: a second opinion that can raise a risk, never
            lower it. Without it a command that the scanner calls safe is shown as Unknown, and asks a person
            each time.
          </p>
          {missing ? (
            <p className="dim">Here {withoutKeys(missing)}.</p>
          ) : (
            <p className="dim">
              Whoever operates this installation turns it on: set <code>DD0C_ADVISOR</code> to{" "}
              <code>local</code> or <code>anthropic</code>, then start the controller again.
            </p>
          )}
        </Popover.Content>
      </Popover.Portal>
    </Popover.Root>
  );
}
