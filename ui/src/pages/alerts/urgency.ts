import type { AlertState } from '../../api/prometheusTypes';
import type { Urgency } from '../../components/StateMark';

export const URGENCY: Record<AlertState, Urgency> = { firing: 'bad', pending: 'waiting', inactive: 'good' };
