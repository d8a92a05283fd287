/** Short words about what was done; read out politely, gone by themselves. Errors stay in place, not here. */
import { createContext, type ReactNode, useCallback, useContext, useEffect, useState } from "react";

interface Said {
  id: number;
  text: ReactNode;
}

const SHOWN_MS = 5_000;
const Context = createContext<(text: ReactNode) => void>(() => undefined);
let last = 0;

export function useToast(): (text: ReactNode) => void {
  return useContext(Context);
}

export function ToastProvider({ children }: { children: ReactNode }) {
  const [said, setSaid] = useState<readonly Said[]>([]);
  const say = useCallback((text: ReactNode) => {
    last += 1;
    setSaid((now) => [...now.slice(-2), { id: last, text }]);
  }, []);
  return (
    <Context.Provider value={say}>
      {children}
      <div className="toasts" role="status" aria-live="polite">
        {said.map((item) => (
          <Toast key={item.id} onEnd={() => setSaid((now) => now.filter((other) => other.id !== item.id))}>
            {item.text}
          </Toast>
        ))}
      </div>
    </Context.Provider>
  );
}

function Toast({ children, onEnd }: { children: ReactNode; onEnd: () => void }) {
  // biome-ignore lint/correctness/useExhaustiveDependencies: one timer from the moment it is shown.
  useEffect(() => {
    const timer = setTimeout(onEnd, SHOWN_MS);
    return () => clearTimeout(timer);
  }, []);
  return <div className="toast">{children}</div>;
}
