interface Props<Key extends string> {
  /** What is switched, for those who hear it. */
  label: string;
  choices: readonly { look: Key; label: string }[];
  chosen: Key;
  choose: (look: Key) => void;
}

/** A few ways to look at the same thing, one of them pressed. */
export function LookSwitch<Key extends string>({ label, choices, chosen, choose }: Props<Key>) {
  return (
    <fieldset className="switch" aria-label={label}>
      {choices.map((one) => (
        <button
          key={one.look}
          type="button"
          aria-pressed={chosen === one.look}
          onClick={() => choose(one.look)}
        >
          {one.label}
        </button>
      ))}
    </fieldset>
  );
}
