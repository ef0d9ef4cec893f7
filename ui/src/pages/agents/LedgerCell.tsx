import { StateBadge } from '../../components/StateMark';
import page from '../../components/Page.module.css';
import type { LedgerBalance } from '../../api/types';
import { ledgerDetail, ledgerVerdict } from '../../lib/ledger';
import { formatCount } from '../../lib/number';

/** Whether everything that the agent logged is here; the figures behind it stand in the title. */
export function LedgerCell({ ledger }: { ledger: LedgerBalance | null }) {
  if (ledger === null) return <span className={page.soft}>not reported</span>;
  const { urgency, text } = ledgerVerdict(ledger);
  return (
    <span title={ledgerDetail(ledger)}>
      {formatCount(ledger.emitted)} <StateBadge urgency={urgency} text={text} />
    </span>
  );
}
