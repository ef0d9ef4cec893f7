import { useMemo, type CSSProperties } from 'react';
import { NoData } from '../../grid/PanelNotes';
import type { PanelProps } from '../../grid/PanelBody';
import { statTiles, type StatTile } from '../../../../lib/dashboard/panels/stat';
import { text } from '../../../../lib/dashboard/model/read';
import { Sparkline } from './Sparkline';
import { widthInEms } from './textWidth';
import classes from './Stat.module.css';

/** The height of a tile below which there is no room for a line under the number. */
const ROOM_FOR_LINE = 62;
const TILE_PADDING = 34;

export default function StatPanel({ panel, data, width, height }: PanelProps) {
  const { frames, scheme } = data;
  const tiles = useMemo(() => statTiles(frames, panel, scheme), [frames, panel, scheme]);
  if (tiles.length === 0) {
    const noValue = panel.defaults.noValue;
    return noValue === undefined ? <NoData /> : <Empty text={noValue} height={height} />;
  }
  const columns = columnsOf(text(panel.options.orientation, 'auto'), tiles.length, width, height);
  const rows = Math.ceil(tiles.length / columns);
  const size = { width: width / columns, height: height / rows };
  return (
    <div className={classes.tiles} style={{ gridTemplateColumns: `repeat(${columns}, minmax(0, 1fr))` }}>
      {tiles.map((tile, index) => (
        <Tile key={`${tile.name} ${index}`} tile={tile} size={size} />
      ))}
    </div>
  );
}

interface Size {
  width: number;
  height: number;
}

function Tile({ tile, size }: { tile: StatTile; size: Size }) {
  const { name, display, background, ink, line, change } = tile;
  const named = tile.showName && name !== '';
  const drawn = size.height > ROOM_FOR_LINE ? line : null;
  const style = {
    '--ink': ink,
    '--size': `${fontSize(display.text, size, named)}px`,
    background,
  } as CSSProperties;
  return (
    <div className={classes.tile} style={style} data-testid="stat" data-line={drawn !== null}>
      {drawn && <Sparkline values={drawn} color={background === undefined ? display.color : ink} />}
      {named && <div className={classes.name}>{name}</div>}
      {tile.showValue && <div className={classes.value}>{display.text}</div>}
      {change !== null && <div className={classes.change}>{change}</div>}
    </div>
  );
}

function Empty({ text: shown, height }: { text: string; height: number }) {
  const style = { '--size': `${Math.min(34, height * 0.5)}px` } as CSSProperties;
  return (
    <div className={classes.tile} style={style} data-testid="stat">
      <div className={classes.value}>{shown}</div>
    </div>
  );
}

/** As large as the tile allows, and no word is cut. */
function fontSize(shown: string, { width, height }: Size, named: boolean): number {
  const byWidth = (width - TILE_PADDING) / Math.max(1, widthInEms(shown));
  const byHeight = height * (named ? 0.4 : 0.45);
  return Math.round(Math.min(56, Math.max(14, Math.min(byWidth, byHeight))));
}

function columnsOf(orientation: string, count: number, width: number, height: number): number {
  if (orientation === 'vertical') return count;
  if (orientation === 'horizontal') return 1;
  // As many columns as make the tiles about twice as wide as high.
  const wished = Math.round(Math.sqrt((count * Math.max(1, width)) / (2 * Math.max(1, height))));
  return Math.min(count, Math.max(1, wished));
}
