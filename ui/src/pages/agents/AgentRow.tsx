import { Link } from 'wouter';
import type { Agent } from '../../api/types';
import page from '../../components/Page.module.css';
import { agentHealth, heartbeatAge, type AgentHealth } from '../../lib/agentHealth';
import { textOf } from '../../lib/flatten';
import { discoverLink } from '../../lib/discoverUrl';
import { agentMetricsLink } from '../../lib/agentMetrics';
import { formatCount } from '../../lib/number';
import { formatAge, formatIso } from '../../lib/time/format';
import { tasksLink } from '../../lib/taskUrl';
import { HEALTH_LABELS, HealthBadge } from './HealthBadge';
import { LedgerCell } from './LedgerCell';
import classes from './Agents.module.css';

/** What an agent tells about its process, in the order of use. */
const PROCESS_FIELDS = ['pid', 'host', 'metrics_port'] as const;

/** What the agent's own status does not tell. */
const SAID_HERE: readonly AgentHealth[] = ['silent', 'left'];

export function AgentRow({ agent, now }: { agent: Agent; now: number }) {
  const health = agentHealth(agent, now);
  const age = heartbeatAge(agent, now);
  const name = agent.agent_name;
  const skills = agent.capabilities?.skills;
  const process = PROCESS_FIELDS.filter((field) => agent.metadata?.[field] !== undefined)
    .map((field) => `${field} ${textOf(agent.metadata?.[field])}`)
    .join(' · ');
  return (
    <tr className={classes.row} data-health={health} data-agent={name}>
      <th scope="row" className={classes.name} title={[name, process].filter(Boolean).join(' · ')}>
        {name}
      </th>
      <td>
        <HealthBadge
          health={health}
          text={SAID_HERE.includes(health) ? HEALTH_LABELS[health] : agent.status}
        />
      </td>
      <td className={`${page.nowrap} ${classes.age}`} title={formatIso(agent.last_heartbeat)}>
        {Number.isFinite(age) ? `${formatAge(age)} ago` : 'never'}
      </td>
      <td className={`${page.roomy} ${classes.type}`} title={agent.agent_type}>
        {agent.agent_type}
      </td>
      <td>
        {(Array.isArray(skills) ? skills : []).map((skill) => (
          <span key={textOf(skill)} className={page.tag} title={textOf(skill)}>
            {textOf(skill)}
          </span>
        ))}
      </td>
      <td className={page.number}>{formatCount(agent.active_tasks)}</td>
      <td className={`${page.number} ${page.roomy}`}>{formatCount(agent.completed_tasks)}</td>
      <td className={page.number} data-bad={agent.failed_tasks > 0}>
        {formatCount(agent.failed_tasks)}
      </td>
      <td className={page.nowrap}>
        <LedgerCell ledger={agent.ledger} />
      </td>
      <td className={`${page.soft} ${page.nowrap} ${classes.process}`}>{process}</td>
      <td className={page.nowrap}>
        <Link href={discoverLink({ filters: [{ field: 'agent_name', negate: false, value: name }] })}>
          Logs
        </Link>
        {' · '}
        <Link href={tasksLink({ agent: name })}>Tasks</Link>
        {' · '}
        <Link href={agentMetricsLink(name)}>Metrics</Link>
      </td>
    </tr>
  );
}
