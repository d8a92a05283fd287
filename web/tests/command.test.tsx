import { cleanup, render } from "@testing-library/react";
import { afterEach, describe, expect, it } from "vitest";
import { Command, decidingParts } from "@/ui/command";
import { TooltipProvider } from "@/ui/overlay";

afterEach(cleanup);

const deciding = (text: string) =>
  decidingParts(text)
    .filter((part) => part.decides)
    .map((part) => part.text);

describe("what is underlined of a command that decided", () => {
  it("is the verb, its options and the holes, not all of it", () => {
    expect(deciding("rm -rf /tmp/{{ cache }}/x")).toEqual(["rm", "-rf", "{{ cache }}"]);
    expect(deciding("kubectl delete pod/x -n payments")).toEqual(["kubectl", "delete", "-n"]);
    expect(deciding("find / -name x -delete")).toEqual(["find", "-name", "-delete"]);
  });

  it("is all of a span that is narrow already", () => {
    expect(deciding("> /etc/passwd")).toEqual(["> /etc/passwd"]);
    expect(deciding("2>>/etc/passwd")).toEqual(["2>>/etc/passwd"]);
    expect(deciding("'DROP TABLE x; SELECT 1'")).toEqual(["'DROP TABLE x; SELECT 1'"]);
  });

  it("loses no character of the text", () => {
    for (const text of ["rm  -rf\t/tmp/{{ cache }}", " ", "", "a\u202eb -c", "-x {{ a }}{{ b }}"]) {
      expect(
        decidingParts(text)
          .map((part) => part.text)
          .join(""),
      ).toBe(text);
    }
  });

  it("stands in the command that is shown, whole", () => {
    const text = "ls && rm -rf /var/lib/{{ name }}";
    const spans = [{ start: 6, end: 32, rule: "files.remove-tree", why: "removes a tree" }];
    const { container } = render(
      <TooltipProvider>
        <Command text={text} spans={spans} risk="dangerous" bare />
      </TooltipProvider>,
    );
    expect(container.textContent).toBe(text);
    const marked = [...container.querySelectorAll("u")].map((part) => part.textContent);
    expect(marked).toEqual(["rm", "-rf", "{{ name }}"]);
    expect(container.querySelector("[tabindex='0']")?.textContent).toBe("rm -rf /var/lib/{{ name }}");
  });
});
