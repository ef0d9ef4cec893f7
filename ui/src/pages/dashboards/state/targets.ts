import { multiSearch } from '../../../api/elastic';
import { query, queryRange } from '../../../api/prometheus';
import type { Hit } from '../../../api/types';
import { resolveSource } from '../../../lib/dashboard/dataSources';
import { asHits } from '../../../lib/dashboard/elastic/hits';
import { elasticRequest, type ElasticRequest } from '../../../lib/dashboard/elastic/query';
import { elasticFault } from '../../../lib/dashboard/elastic/reply';
import { elasticFrames } from '../../../lib/dashboard/elastic/response';
import type { Frame } from '../../../lib/dashboard/frames/frame';
import type { Panel } from '../../../lib/dashboard/model/types';
import { prometheusFrames } from '../../../lib/dashboard/prometheus/response';
import {
  DEFAULT_SCRAPE_MS,
  prometheusRequests,
  type PrometheusRequest,
  type RequestContext,
} from '../../../lib/dashboard/prometheus/target';

/** Everything that one panel asks, worked out before anything is sent: the same questions need no new answer. */
export interface PanelQuestions {
  prometheus: PrometheusRequest[];
  elastic: ElasticRequest[];
  /** What cannot be asked here, by the names of the products that could answer. */
  foreign: string[];
  /** Targets that make no sense, such as an aggregation that is not known. */
  faults: TargetFault[];
}

export interface TargetFault {
  refId: string;
  query: string;
  error: Error;
}

export interface PanelAnswer {
  frames: Frame[];
  hits: Hit[];
  /** What the engine noticed while it answered. */
  notes: string[];
  /** What it remarks on how it was asked. */
  hints: string[];
  faults: TargetFault[];
}

export function panelQuestions(panel: Panel, context: RequestContext): PanelQuestions {
  const questions: PanelQuestions = { prometheus: [], elastic: [], foreign: [], faults: [] };
  for (const target of panel.targets) {
    if (target.hide) continue;
    const source = resolveSource([target.datasource, panel.datasource], context.scope);
    try {
      if (source.kind === 'prometheus') questions.prometheus.push(...prometheusRequests(target, context));
      else if (source.kind === 'other') questions.foreign.push(source.type);
      else {
        const { index } = source;
        questions.elastic.push(elasticRequest(target, { ...context, index, interval: DEFAULT_SCRAPE_MS }));
      }
    } catch (cause) {
      questions.faults.push({
        refId: target.refId,
        query: JSON.stringify(target.query),
        error: asError(cause),
      });
    }
  }
  return questions;
}

export async function askPanel(questions: PanelQuestions, signal: AbortSignal): Promise<PanelAnswer> {
  const answer: PanelAnswer = { frames: [], hits: [], notes: [], hints: [], faults: [...questions.faults] };
  const parts = await Promise.all([
    ...questions.prometheus.map((request) => askPrometheus(request, questions.prometheus.length > 1, signal)),
    askElastic(questions.elastic, signal),
  ]);
  for (const part of parts) {
    answer.frames.push(...part.frames);
    answer.hits.push(...part.hits);
    answer.notes.push(...part.notes);
    answer.hints.push(...part.hints);
    answer.faults.push(...part.faults);
  }
  return answer;
}

async function askPrometheus(
  request: PrometheusRequest,
  several: boolean,
  signal: AbortSignal,
): Promise<PanelAnswer> {
  const { refId, expr, instant, start, end, step } = request;
  try {
    const { data, warnings, infos } = instant
      ? await query(expr, end, signal)
      : await queryRange({ query: expr, start, end, step }, signal);
    return { ...NOTHING, frames: prometheusFrames(request, data, several), notes: warnings, hints: infos };
  } catch (cause) {
    if (signal.aborted) throw cause;
    return { ...NOTHING, faults: [{ refId, query: expr, error: asError(cause) }] };
  }
}

async function askElastic(requests: readonly ElasticRequest[], signal: AbortSignal): Promise<PanelAnswer> {
  if (requests.length === 0) return NOTHING;
  try {
    const replies = await multiSearch(requests, signal);
    const parts = requests.map((request, position) => readReply(request, replies[position] ?? {}));
    return {
      ...NOTHING,
      frames: parts.flatMap((part) => part.frames),
      hits: parts.flatMap((part) => part.hits),
      faults: parts.flatMap((part) => part.faults),
    };
  } catch (cause) {
    if (signal.aborted) throw cause;
    const error = asError(cause);
    return {
      ...NOTHING,
      faults: requests.map(({ refId, queryText }) => ({ refId, query: queryText, error })),
    };
  }
}

function readReply(request: ElasticRequest, reply: Parameters<typeof elasticFrames>[1]): PanelAnswer {
  const fault = elasticFault(reply);
  if (fault !== null) {
    const { refId, queryText } = request;
    return { ...NOTHING, faults: [{ refId, query: queryText, error: new Error(fault) }] };
  }
  const hits = request.kind === 'metrics' ? [] : asHits(reply.hits?.hits ?? [], request.timeField);
  return { ...NOTHING, frames: elasticFrames(request, reply), hits };
}

const NOTHING: PanelAnswer = { frames: [], hits: [], notes: [], hints: [], faults: [] };

function asError(cause: unknown): Error {
  return cause instanceof Error ? cause : new Error(String(cause));
}
