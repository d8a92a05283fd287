/** Who may do what here: you, members, tokens, panic, and the policy as git has it. */
import { useQuery } from "@tanstack/react-query";
import { meQuery } from "@/api/queries";
import { PageFrame, Result } from "@/ui/page";
import { Loading } from "@/ui/states";
import { visible } from "@/ui/visible";
import { Members } from "./members";
import { PanicSettings } from "./panic-settings";
import { PolicyView } from "./policy-view";
import { useMembers, useTokens } from "./queries";
import { Tokens } from "./tokens";
import { useHashScroll } from "./use-hash-scroll";

const PARTS: readonly [id: string, label: string][] = [
  ["members", "Members"],
  ["tokens", "API tokens"],
  ["panic", "Panic"],
  ["policy", "Policy"],
];

export function SettingsPage() {
  const me = useQuery(meQuery);
  // All parts at once: what comes later would push down what somebody reads already.
  const members = useMembers();
  const tokens = useTokens();
  const reading = [members, tokens].some((part) => part.data === undefined && !part.error);
  useHashScroll(me.data !== undefined && !reading);
  return (
    <PageFrame
      title="Settings"
      meta={
        me.data ? (
          <span>
            {visible(me.data.email)}, {me.data.role} of {visible(me.data.tenant.title || me.data.tenant.slug)}
          </span>
        ) : (
          <span>Reading your account</span>
        )
      }
    >
      <nav className="anchors" aria-label="Parts of the settings">
        {PARTS.map(([id, label]) => (
          <a key={id} href={`#${id}`}>
            {label}
          </a>
        ))}
      </nav>
      <Result query={me} what="your account">
        {(found) =>
          reading ? (
            <Loading what="the settings" lines={12} />
          ) : (
            <>
              <Members me={found} />
              <Tokens me={found} />
              <PanicSettings me={found} />
              <PolicyView />
            </>
          )
        }
      </Result>
    </PageFrame>
  );
}
