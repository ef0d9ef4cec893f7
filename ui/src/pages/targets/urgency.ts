import type { TargetHealth } from '../../api/prometheusTypes';
import type { Urgency } from '../../components/StateMark';

export const URGENCY: Record<TargetHealth, Urgency> = { up: 'good', down: 'bad', unknown: 'unknown' };
