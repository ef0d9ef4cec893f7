import { useElementSize, useMergedRef } from '@mantine/hooks';
import { memo, type CSSProperties } from 'react';
import type { Panel } from '../../../lib/dashboard/model/types';
import { interpolate } from '../../../lib/dashboard/variables/interpolate';
import { useSeen } from '../state/useSeen';
import { usePanelData } from '../state/usePanelData';
import { PanelBody } from './PanelBody';
import { PanelMarks } from './PanelMarks';
import { PanelMenu } from './PanelMenu';
import classes from './Grid.module.css';

/** Half a page or less can share a narrow screen with another panel. */
const SMALL = { w: 6, h: 6 };

interface PanelFrameProps {
  panel: Panel;
  /** Of the heading: a panel under a row is one below it. */
  level: 2 | 3;
  /** Fills the page instead of a cell of the grid. */
  alone?: boolean;
}

/** A panel's place, title and menu; it asks nothing before it has been on the screen. */
export const PanelFrame = memo(function PanelFrame({ panel, level, alone = false }: PanelFrameProps) {
  const { ref: sizeRef, width, height } = useElementSize<HTMLDivElement>();
  const [seenRef, seen] = useSeen();
  const ref = useMergedRef(sizeRef, seenRef);
  const data = usePanelData(panel, width, seen);
  const title = interpolate(panel.title, data.scope, 'text');
  const { x, y, w, h } = panel.gridPos;
  const Heading = `h${level}` as const;
  const state = data.faults.length > 0 ? 'error' : data.ready ? 'ready' : 'loading';
  return (
    <div
      className={alone ? classes.alone : classes.cell}
      style={{ '--x': x, '--y': y, '--w': w, '--h': h } as CSSProperties}
      data-small={w <= SMALL.w && h <= SMALL.h}
    >
      <section
        className={classes.panel}
        aria-label={title || panel.type}
        data-panel={panel.key}
        data-testid="panel"
        data-type={panel.type}
        data-state={state}
        data-transparent={panel.transparent}
      >
        <header className={classes.head}>
          <Heading className={classes.title} title={title}>
            {title}
          </Heading>
          <PanelMarks panel={panel} data={data} />
          <PanelMenu panel={panel} title={title} data={data} alone={alone} />
        </header>
        {data.busy && <div className={classes.busy} />}
        <div className={classes.body} ref={ref}>
          {seen && <PanelBody panel={panel} data={data} title={title} width={width} height={height} />}
        </div>
      </section>
    </div>
  );
});
