import type { VariableValue } from './types';

/** How a variable's values become text: the part after the colon of `${name:pipe}`. */
export type Formatter = (value: VariableValue) => string;

const FORMATTERS: Readonly<Record<string, (values: string[], value: VariableValue) => string>> = {
  raw: (values) => values.join(','),
  csv: (values) => values.join(','),
  pipe: (values) => values.join('|'),
  text: (_values, { texts, whole }) => whole ?? texts.join(' + '),
  json: (values) => JSON.stringify(values.length === 1 ? values[0] : values),
  glob: (values) => (values.length === 1 ? (values[0] ?? '') : `{${values.join(',')}}`),
  regex: (values) => group(values.map(escapeRegex)),
  lucene: (values, { multi }) =>
    multi && values.length !== 1
      ? `(${values.map((each) => `"${escapeLucene(each)}"`).join(' OR ')})`
      : values.map((each) => (multi ? `"${escapeLucene(each)}"` : escapeLucene(each))).join(''),
  singlequote: (values) => values.map((each) => `'${each.replace(/'/g, "\\'")}'`).join(','),
  doublequote: (values) => values.map((each) => `"${each.replace(/"/g, '\\"')}"`).join(','),
  sqlstring: (values) => values.map((each) => `'${each.replace(/'/g, "''")}'`).join(','),
  percentencode: (values) => strictEncode(values.length === 1 ? (values[0] ?? '') : `{${values.join(',')}}`),
  html: (values) => values.map(escapeHtml).join(', '),
  prometheus: (values, { multi }) =>
    multi ? group(values.map(escapePromRegex)) : values.map(escapePromText).join(','),
};

/** What stays as it is in the author's `allValue`, and what is made of it all the same. */
const OF_TEXT = new Set(['text', 'percentencode', 'queryparam', 'html']);

/** Parts of an address that are encoded already. */
const ENCODED = new Set(['__url_time_range', '__all_variables']);

export function formatValue(value: VariableValue, format: string, name: string): string {
  if (ENCODED.has(name)) return value.values.join('&');
  if (format === 'queryparam') return queryParam(value, name);
  if (value.verbatim !== null && !OF_TEXT.has(format)) return value.verbatim;
  if (format.startsWith('date')) return formatDate(value.values[0] ?? '', format.slice('date:'.length));
  const formatter = FORMATTERS[format] ?? FORMATTERS.glob;
  return formatter ? formatter(value.values, value) : '';
}

function queryParam(value: VariableValue, name: string): string {
  const values = value.verbatim === null ? value.values : ['$__all'];
  return values.map((each) => `var-${strictEncode(name)}=${strictEncode(each)}`).join('&');
}

function group(values: string[]): string {
  return values.length === 1 ? (values[0] ?? '') : `(${values.join('|')})`;
}

export function escapeRegex(text: string): string {
  return text.replace(/[\\^$*+?.()|[\]{}/]/g, '\\$&');
}

/** Inside a PromQL string in double quotes the backslash itself has to be escaped as well. */
function escapePromRegex(text: string): string {
  return text
    .replace(/\\/g, '\\\\\\\\')
    .replace(/[$^*{}[\]+?.()|]/g, '\\\\$&')
    .replace(/"/g, '\\"');
}

function escapePromText(text: string): string {
  // A whole matcher as the value of a variable keeps its quotes.
  if (/^\w+(=|!=|=~|!~)".*"$/.test(text)) return text;
  return text.replace(/\\/g, '\\\\').replace(/"/g, '\\"');
}

function escapeLucene(text: string): string {
  return text.trim() !== '' && !Number.isNaN(Number(text))
    ? text
    : text.replace(/[!*+\-=<>\s&|()[\]{}^~?:\\/"]/g, '\\$&');
}

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (char) => `&#${char.charCodeAt(0)};`);
}

/** RFC 3986: the four characters that `encodeURIComponent` leaves are encoded too. */
function strictEncode(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

function formatDate(value: string, format: string): string {
  const at = Number(value);
  if (!Number.isFinite(at)) return value;
  if (format === 'seconds') return String(Math.floor(at / 1_000));
  return format === '' || format === 'iso' ? new Date(at).toISOString() : value;
}
