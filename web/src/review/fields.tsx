/** Fields before and after, with what changed in them marked by weight and line, never by colour. */
import { visibleCode } from "@/ui/visible";
import { changedMiddle, type Piece } from "./diff";
import type { StepChange } from "./queries";
import { fieldName } from "./words";

function Pieces({ pieces }: { pieces: readonly Piece[] }) {
  return pieces.map((piece, index) =>
    piece.changed ? (
      // biome-ignore lint/suspicious/noArrayIndexKey: pieces have no identity but their place.
      <mark key={index}>{visibleCode(piece.text)}</mark>
    ) : (
      // biome-ignore lint/suspicious/noArrayIndexKey: pieces have no identity but their place.
      <span key={index}>{visibleCode(piece.text)}</span>
    ),
  );
}

export function FieldChanges({ fields }: { fields: StepChange["fields"] }) {
  return (
    <div className="stack fields">
      {fields.map((field) => {
        const [before, after] = changedMiddle(field.before ?? "", field.after ?? "");
        return (
          <section key={field.field} aria-label={`${fieldName(field.field)}, before and after`}>
            <h4 className="label">{fieldName(field.field)}</h4>
            <div className="diff">
              {field.before == null ? null : (
                <del>
                  <span className="sr">before: </span>
                  <Pieces pieces={before} />
                </del>
              )}
              {field.after == null ? null : (
                <ins>
                  <span className="sr">after: </span>
                  <Pieces pieces={after} />
                </ins>
              )}
            </div>
          </section>
        );
      })}
    </div>
  );
}
