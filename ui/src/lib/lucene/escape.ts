/** A phrase that means exactly this text. */
export function quote(text: string): string {
  return `"${text.replace(/[\\"]/g, '\\$&')}"`;
}

/** A field's name may hold characters that the query language reads as syntax. */
export function escapeField(name: string): string {
  return name.replace(/[\s:()"[\]{}^~!/\\]/g, '\\$&');
}
