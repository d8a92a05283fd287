import "@/theme/index.css";
import { QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { setNonce } from "get-nonce";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { queryClient } from "@/api/queries";
import { router } from "@/router";
import { ShortcutProvider } from "@/shell/shortcuts";
import { applyTheme } from "@/shell/theme";
import { ToastProvider } from "@/shell/toast";
import { cspNonce } from "@/ui/nonce";
import { TooltipProvider } from "@/ui/overlay";
import { fontsReady } from "./theme/fonts";

applyTheme();
// Radix's dialogs add one style element while they are open; the policy lets it in by this nonce.
setNonce(cspNonce());

const place = document.getElementById("root");
if (place) {
  await fontsReady();
  createRoot(place).render(
    <StrictMode>
      <QueryClientProvider client={queryClient}>
        <TooltipProvider delayDuration={200}>
          <ShortcutProvider>
            <ToastProvider>
              <RouterProvider router={router} />
            </ToastProvider>
          </ShortcutProvider>
        </TooltipProvider>
      </QueryClientProvider>
    </StrictMode>,
  );
}
