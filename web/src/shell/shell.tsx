/** The frame of every signed-in page. */
import { Outlet, useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { FirstRun } from "./first-run";
import { Help } from "./help";
import { LiveBanner } from "./hints";
import { Palette, usePaletteKey } from "./palette";
import { PanicBanner } from "./panic";
import { openPanic } from "./panic-door";
import { PLACES } from "./places";
import { SessionOver } from "./session-over";
import { useShortcuts } from "./shortcuts";
import { LeaveBanner, TopBar } from "./topbar";

export function Shell() {
  const [finding, setFinding] = useState(false);
  const [helping, setHelping] = useState(false);
  const navigate = useNavigate();
  usePaletteKey(() => setFinding(true));
  useShortcuts("Everywhere", [
    { keys: "?", label: "Show this list", run: () => setHelping(true) },
    { keys: "/", label: "Find, as ⌘K or Ctrl K does", run: () => setFinding(true) },
    { keys: "!", label: "Panic: ask whether to halt everything", run: () => openPanic(true) },
    ...PLACES.map((place) => ({
      keys: `g ${place.key}`,
      label: `Go to ${place.label}`,
      run: () => void navigate({ to: place.to }),
    })),
  ]);
  return (
    <>
      <a className="btn skip" href="#main">
        Skip to content
      </a>
      <TopBar onFind={() => setFinding(true)} />
      <PanicBanner />
      <LeaveBanner />
      <LiveBanner />
      <Outlet />
      <FirstRun />
      <Palette open={finding} onOpenChange={setFinding} onHelp={() => setHelping(true)} />
      <Help open={helping} onOpenChange={setHelping} />
      <SessionOver />
    </>
  );
}
