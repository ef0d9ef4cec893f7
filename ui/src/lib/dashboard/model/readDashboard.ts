import { flag, number, oneOf, record, records, text, texts, type Raw } from './read';
import { readDataSource } from './readDataSource';
import { readFieldConfig, readLinks, readOverrides } from './fieldConfig';
import { readVariables } from './readVariables';
import type { Dashboard, DashboardLink, GridPos, Panel, Target, Transformation } from './types';

const COLUMNS = 24;

/** What a file says, with every default filled in. Nothing is refused: what makes no sense becomes a default. */
export function readDashboard(raw: unknown): Dashboard {
  const source = record(raw);
  const time = record(source.time);
  const tooltip = number(source.graphTooltip);
  return {
    uid: text(source.uid),
    title: text(source.title, 'Untitled'),
    description: text(source.description),
    tags: texts(source.tags),
    refresh: text(source.refresh),
    from: text(time.from, 'now-6h'),
    to: text(time.to, 'now'),
    graphTooltip: tooltip === 1 || tooltip === 2 ? tooltip : 0,
    variables: readVariables(source.templating),
    links: records(source.links).map(readDashboardLink),
    panels: records(source.panels).map(readPanel),
  };
}

function readPanel(raw: Raw, index: number): Panel {
  const config = record(raw.fieldConfig);
  const datasource = readDataSource(raw.datasource);
  const maxDataPoints = number(raw.maxDataPoints);
  const id = number(raw.id) ?? -index - 1;
  return {
    id,
    key: String(id),
    type: text(raw.type, 'unknown'),
    title: text(raw.title),
    description: text(raw.description),
    transparent: flag(raw.transparent),
    gridPos: readGridPos(record(raw.gridPos)),
    datasource,
    targets: records(raw.targets).map((target, position) => readTarget(target, position)),
    defaults: readFieldConfig(config.defaults),
    overrides: readOverrides(config.overrides),
    options: record(raw.options),
    transformations: records(raw.transformations).map(readTransformation),
    links: readLinks(raw.links),
    interval: text(raw.interval),
    ...(maxDataPoints !== undefined && { maxDataPoints }),
    timeFrom: text(raw.timeFrom),
    timeShift: text(raw.timeShift),
    repeat: text(raw.repeat),
    repeatDirection: oneOf(raw.repeatDirection, ['h', 'v']),
    maxPerRow: number(raw.maxPerRow) ?? 4,
    collapsed: flag(raw.collapsed),
    panels: records(raw.panels).map(readPanel),
    scoped: {},
  };
}

function readGridPos(raw: Raw): GridPos {
  const w = Math.min(COLUMNS, Math.max(1, number(raw.w) ?? COLUMNS / 2));
  return {
    x: Math.min(COLUMNS - w, Math.max(0, number(raw.x) ?? 0)),
    y: Math.max(0, number(raw.y) ?? 0),
    w,
    h: Math.max(1, number(raw.h) ?? 8),
  };
}

function readTarget(raw: Raw, position: number): Target {
  return {
    refId: text(raw.refId, String.fromCharCode('A'.charCodeAt(0) + position)),
    hide: flag(raw.hide),
    datasource: readDataSource(raw.datasource),
    query: raw,
  };
}

function readTransformation(raw: Raw): Transformation {
  const filter = record(raw.filter);
  return {
    id: text(raw.id),
    disabled: flag(raw.disabled),
    options: record(raw.options),
    ...(text(filter.id) === 'byRefId' && { filterRefId: text(filter.options) }),
  };
}

function readDashboardLink(raw: Raw): DashboardLink {
  return {
    title: text(raw.title),
    type: text(raw.type, 'link'),
    url: text(raw.url),
    tags: texts(raw.tags),
    keepTime: flag(raw.keepTime),
    includeVars: flag(raw.includeVars),
    targetBlank: flag(raw.targetBlank),
    tooltip: text(raw.tooltip),
  };
}
