/** The nonce of this answer's Content-Security-Policy, for libraries that add a style element. */
export function cspNonce(): string {
  return document.querySelector('meta[name="csp-nonce"]')?.getAttribute("content") ?? "";
}
