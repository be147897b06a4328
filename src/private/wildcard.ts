/** Whether a text matches a pattern as a whole, in which `*` stands for any run of characters, none included. */
export function matchesWildcard(pattern: string, text: string): boolean {
  const [start, ...rest] = pattern.split('*');
  const end = rest.pop();
  if (end === undefined) {
    return text === pattern;
  }
  if (!text.startsWith(start) || text.length < start.length + end.length || !text.endsWith(end)) {
    return false;
  }
  // The leftmost match of each part leaves the most room for those that follow: no backtracking.
  const last = text.length - end.length;
  let from = start.length;
  for (const part of rest) {
    const at = text.indexOf(part, from);
    if (at === -1 || at + part.length > last) {
      return false;
    }
    from = at + part.length;
  }
  return true;
}
