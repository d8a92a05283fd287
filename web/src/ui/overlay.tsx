/** Dialog, tooltip and popover on Radix primitives, in the theme's look. */
import { AlertDialog, Dialog as RadixDialog, Tooltip as RadixTooltip } from "radix-ui";
import { type ReactElement, type ReactNode, useRef } from "react";

/**
 * The focus where it was before something was laid over the page. Radix gives it back to a trigger only, and what a key
 * opens has none. What the page has put it on meanwhile keeps it.
 */
export function useFocusBack() {
  const before = useRef<Element | null>(null);
  return {
    onOpenAutoFocus: () => {
      before.current = document.activeElement;
    },
    onCloseAutoFocus: (event: Event) => {
      event.preventDefault();
      const isNowhere = document.activeElement === null || document.activeElement === document.body;
      if (isNowhere && before.current instanceof HTMLElement) before.current.focus({ preventScroll: true });
    },
  };
}

interface DialogProps {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  title: string;
  description?: ReactNode;
  wide?: boolean;
  children: ReactNode;
}

/** A modal dialog: focus is kept inside, Escape closes, focus returns to where it was. */
export function Dialog({ open, onOpenChange, title, description, wide = false, children }: DialogProps) {
  const focus = useFocusBack();
  return (
    <RadixDialog.Root open={open} onOpenChange={onOpenChange}>
      <RadixDialog.Portal>
        <RadixDialog.Overlay className="veil" />
        <RadixDialog.Content
          className={`dialog${wide ? " dialog--wide" : ""}`}
          {...focus}
          {...(description ? {} : { "aria-describedby": undefined })}
        >
          <RadixDialog.Title asChild>
            <h2 className="title-l">{title}</h2>
          </RadixDialog.Title>
          {description ? (
            <RadixDialog.Description asChild>
              <div className="dim">{description}</div>
            </RadixDialog.Description>
          ) : null}
          {children}
        </RadixDialog.Content>
      </RadixDialog.Portal>
    </RadixDialog.Root>
  );
}

interface ConfirmProps {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  title: string;
  description: ReactNode;
  children?: ReactNode;
  /** The verb of the button that does it. */
  action: ReactElement;
}

/** A question before something that can't be taken back. Cancel has the focus. */
export function Confirm({ open, onOpenChange, title, description, children, action }: ConfirmProps) {
  const focus = useFocusBack();
  return (
    <AlertDialog.Root open={open} onOpenChange={onOpenChange}>
      <AlertDialog.Portal>
        <AlertDialog.Overlay className="veil" />
        <AlertDialog.Content className="dialog" {...focus}>
          <AlertDialog.Title asChild>
            <h2 className="title-l">{title}</h2>
          </AlertDialog.Title>
          <AlertDialog.Description asChild>
            <div className="dim">{description}</div>
          </AlertDialog.Description>
          {children}
          <div className="dialog__foot">
            <AlertDialog.Cancel className="btn">Cancel</AlertDialog.Cancel>
            {action}
          </div>
        </AlertDialog.Content>
      </AlertDialog.Portal>
    </AlertDialog.Root>
  );
}

/** A focusable hint. The child must take a ref and props (a native element). */
export function Tooltip({ text, children }: { text: ReactNode; children: ReactElement }) {
  return (
    <RadixTooltip.Root>
      <RadixTooltip.Trigger asChild>{children}</RadixTooltip.Trigger>
      <RadixTooltip.Portal>
        <RadixTooltip.Content className="tooltip" sideOffset={6} collisionPadding={8}>
          {text}
        </RadixTooltip.Content>
      </RadixTooltip.Portal>
    </RadixTooltip.Root>
  );
}

export const TooltipProvider = RadixTooltip.Provider;
