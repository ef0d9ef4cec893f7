import type { DroppedTarget } from '../../api/prometheusTypes';
import { LabelTags } from '../../components/LabelTags';
import page from '../../components/Page.module.css';

const ROWS = 300;

/** What discovery found and relabelling threw away: here a person sees why a target is missing. */
export function DroppedTable({ targets }: { targets: readonly DroppedTarget[] }) {
  return (
    <table className={page.table}>
      <thead>
        <tr>
          <th scope="col">Address</th>
          <th scope="col">Pool</th>
          <th scope="col">Discovered labels</th>
        </tr>
      </thead>
      <tbody>
        {targets.slice(0, ROWS).map(({ discoveredLabels, scrapePool }, index) => (
          <tr key={index}>
            <td className={`${page.mono} ${page.nowrap}`}>{discoveredLabels.__address__ ?? '–'}</td>
            <td className={page.nowrap}>{scrapePool ?? discoveredLabels.job ?? '–'}</td>
            <td>
              <LabelTags labels={discoveredLabels} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
