/** A moment to have read it: nobody means with a click what has just moved under the pointer. */
import { useEffect, useState } from "react";

/** What appears takes no click for this long. The source is UI.md, "Nothing jumps". */
export const SETTLE_MS = 400;

/** Whether what `key` names has been on screen for long enough to be meant by a click. */
export function useSettled(key: string): boolean {
  const [settled, setSettled] = useState<string | null>(null);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(key), SETTLE_MS);
    return () => clearTimeout(timer);
  }, [key]);
  return settled === key;
}
