/** The query with another that has to hold, or must not, besides. */
export function narrow(query: string, other: string, negate: boolean): string {
  const user = query.trim();
  const clause = negate ? `NOT (${other})` : other;
  if (user === '') return clause;
  return `${isOneClause(user) ? user : `(${user})`} AND ${clause}`;
}

const CLAUSE = /(?:NOT )?(?:\([^()]*\)|[^\s()":]+:"(?:[^"\\]|\\.)*"|[^\s()":]+:[^\s()":]+)/.source;
const CLAUSES = new RegExp(`^${CLAUSE}(?: AND ${CLAUSE})*$`);

/** Whether brackets around it change nothing: what this function has put together is not wrapped again. */
function isOneClause(query: string): boolean {
  return CLAUSES.test(query);
}
