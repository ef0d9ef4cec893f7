import { StateBadge } from '../../components/StateMark';
import page from '../../components/Page.module.css';
import type { LedgerBalance } from '../../api/types';
import { ledgerDetail, ledgerVerdict } from '../../lib/ledger';
import { formatCount } from '../../lib/number';
import classes from './Agents.module.css';

/** Whether everything that the agent logged is here; the figures behind it stand in the title. */
export function LedgerCell({ ledger }: { ledger: LedgerBalance | null }) {
  if (ledger === null) return <span className={page.soft}>not reported</span>;
  const { urgency, text } = ledgerVerdict(ledger);
  return (
    <span title={ledgerDetail(ledger)} className={classes.ledger}>
      <span>{formatCount(ledger.emitted)}</span>
      <StateBadge urgency={urgency} text={text} />
    </span>
  );
}
