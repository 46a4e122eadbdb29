// The server side's answers, as src/kireji/exchange/student_server/kireji_course sends them.

import { URLExt } from '@jupyterlab/coreutils';
import { ServerConnection } from '@jupyterlab/services';

export type State = 'not_begun' | 'in_progress' | 'handed_in' | 'being_graded' | 'graded';

export interface Attempt {
  number: number;
  timestamp: string;
  handed_in: string;
  says: string;
  score: number | null;
  max_score: number | null;
  has_feedback: boolean;
  is_new: boolean;
}

export interface Assignment {
  name: string;
  title: string;
  points: number;
  notebook: string;
  begun: boolean;
  folder: boolean;
  state: State;
  limit: string;
  free_at: string;
  attempts: Attempt[]; // the newest first
  new_feedback: number; // the attempt whose feedback was not opened yet; 0 for none
  due: string;
  closes: string;
  extended: boolean;
  rule: string;
}

export interface Disk {
  used: number;
  limit: number;
  largest: { name: string; size: number }[];
}

export interface Preflight {
  name: string;
  title: string;
  files: { name: string; size: number; score?: number }[];
  left_out: string[];
  warnings: string[];
  blocked: string;
}

export interface Receipt {
  number: number;
  timestamp: string;
  handed_in: string;
}

export interface CheckedTask {
  name: string;
  title: string;
  state: 'waiting' | 'open' | 'wrong' | 'done';
  message: string;
  cell: string;
  check: string;
}

export interface Checked {
  state: 'none' | 'running' | 'done' | 'ended';
  done: number;
  cells: number;
  tasks: CheckedTask[];
  problem: string;
}

const settings = ServerConnection.makeSettings();

/** Ask the server side; an Error has a sentence for the student. */
export async function ask<T>(method: string, ...path: string[]): Promise<T> {
  const url = URLExt.join(settings.baseUrl, 'kireji', ...path.map(encodeURIComponent));
  let response: Response;
  try {
    response = await ServerConnection.makeRequest(url, { method }, settings);
  } catch {
    throw new Error('Your server does not answer. Check your connection, then try again.');
  }
  const text = await response.text();
  let said: any = null;
  try {
    said = text ? JSON.parse(text) : null;
  } catch {
    // a page in place of an answer: the status says enough
  }
  if (!response.ok) {
    throw new Error(said?.message || `Your server could not do that (${response.status}).`);
  }
  return said as T;
}

/** Where the feedback on an attempt is. */
export function feedbackAddress(name: string, attempt: number, theme: string): string {
  const path = ['kireji', 'feedback', name, String(attempt)].map(encodeURIComponent);
  return `${URLExt.join(settings.baseUrl, ...path)}?theme=${theme}`;
}
