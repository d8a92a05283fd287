/** A tab is the current one by its whole address, search included. */
export const EXACT = { exact: true, includeSearch: true } as const;
