const MOST = 50;

/** The list with the expression at its head and nowhere else. */
export function withRecent(list: readonly string[], expr: string): readonly string[] {
  const text = expr.trim();
  if (text === '') return list;
  return [text, ...list.filter((each) => each !== text)].slice(0, MOST);
}
