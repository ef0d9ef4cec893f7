import { VALUE_FIELD, type Field, type Frame, type Labels } from './frame';

/** `{job="a", instance="b"}` */
export function formatLabels(labels: Labels): string {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}="${value}"`);
  return pairs.length === 0 ? '' : `{${pairs.join(', ')}}`;
}

/** What a field is called on the panel: as the dashboard says, else as the query says, else by its labels. */
export function displayName(field: Field, frame: Frame, frames: readonly Frame[]): string {
  if (field.config.displayName !== undefined) return fillIn(field.config.displayName, field, frame, frames);
  return naturalName(field, frame, frames);
}

/** The name without the dashboard's `displayName`: what matchers by name compare with. */
export function naturalName(field: Field, frame: Frame, frames: readonly Frame[]): string {
  if (field.sourceName !== undefined && field.sourceName !== '') return field.sourceName;
  if (field.type === 'time' && !field.labels) return field.name;
  const isValue = field.name === VALUE_FIELD;
  const labels = labelPart(field, frames);
  const parts = [isValue ? '' : field.name, labels].filter((part) => part !== '');
  if (parts.length > 0) return parts.join(' ');
  return frame.name ?? field.name;
}

/** When all series differ in one label only, its value says enough. */
function labelPart(field: Field, frames: readonly Frame[]): string {
  if (!field.labels) return '';
  const names = new Set(
    frames.flatMap((frame) => frame.fields.flatMap((each) => Object.keys(each.labels ?? {}))),
  );
  if (names.size !== 1) return formatLabels(field.labels);
  return Object.values(field.labels)[0] ?? '';
}

/** `${__field.name}`, `${__field.labels.job}` and `${__series.name}` in a display name. */
function fillIn(text: string, field: Field, frame: Frame, frames: readonly Frame[]): string {
  return text.replace(/\$\{__(field|series)\.([^}]+)\}/g, (whole, scope: string, path: string) => {
    if (scope === 'series')
      return path === 'name' ? (frame.name ?? naturalName(field, frame, frames)) : whole;
    if (path === 'name') return field.name;
    if (path === 'displayName') return naturalName(field, frame, frames);
    if (path === 'labels') return formatLabels(field.labels ?? {});
    if (!path.startsWith('labels.')) return whole;
    return field.labels?.[path.slice('labels.'.length).replace(/^"|"$/g, '')] ?? '';
  });
}
