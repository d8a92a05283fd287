/** One click to copy, and a word that it was. */
import { Check, Copy } from "lucide-react";
import { useEffect, useState } from "react";
import { Button } from "./button";

const SHOWN_MS = 1_600;

/** `what` names the thing for screen readers: "command", "address". A function is asked when it is clicked. */
export function CopyButton({ text, what }: { text: string | (() => string); what: string }) {
  const [copied, setCopied] = useState<"no" | "yes" | "failed">("no");
  useEffect(() => {
    if (copied === "no") return;
    const timer = setTimeout(() => setCopied("no"), SHOWN_MS);
    return () => clearTimeout(timer);
  }, [copied]);
  return (
    <Button
      look="icon"
      aria-label={copied === "yes" ? "Copied" : `Copy ${what}`}
      title={copied === "failed" ? "The browser did not allow it; select and copy by hand" : undefined}
      onClick={() => {
        navigator.clipboard.writeText(typeof text === "string" ? text : text()).then(
          () => setCopied("yes"),
          () => setCopied("failed"),
        );
      }}
    >
      {copied === "yes" ? <Check className="icon" aria-hidden /> : <Copy className="icon" aria-hidden />}
    </Button>
  );
}
