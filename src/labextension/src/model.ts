// What the pages know of the course, asked again and again, and what a student does with it.

import { Poll } from '@lumino/polling';
import { ISignal, Signal } from '@lumino/signaling';

import { ask, Assignment, Disk, Preflight, Receipt } from './api';

const SOON = 2_500; // milliseconds, while feedback is awaited
const LATER = 15_000;

export class CourseModel {
  assignments: Assignment[] = [];
  disk: Disk | null = null;
  problem = '';
  loaded = false;
  busy = ''; // the assignment that something is being done with

  constructor() {
    this._poll = new Poll({
      factory: () => this._load(),
      frequency: { interval: LATER, backoff: true, max: 60_000 },
      standby: 'when-hidden',
      name: 'kireji:assignments'
    });
  }

  get changed(): ISignal<this, void> {
    return this._changed;
  }

  get feedbackArrived(): ISignal<this, Assignment> {
    return this._feedbackArrived;
  }

  get news(): Assignment[] {
    return this.assignments.filter(assignment => assignment.new_feedback);
  }

  find(name: string): Assignment | undefined {
    return this.assignments.find(assignment => assignment.name === name);
  }

  async refresh(): Promise<void> {
    await this._poll.refresh();
    await this._poll.tick;
  }

  preflight(name: string): Promise<Preflight> {
    return ask<Preflight>('GET', 'assignments', name, 'preflight');
  }

  begin(name: string): Promise<{ notebook: string }> {
    return this._do(name, () => ask('POST', 'assignments', name, 'begin'));
  }

  handIn(name: string): Promise<Receipt> {
    return this._do(name, () => ask('POST', 'assignments', name, 'hand-in'));
  }

  startAfresh(name: string): Promise<{ notebook: string; kept: string }> {
    return this._do(name, () => ask('POST', 'assignments', name, 'start-afresh'));
  }

  private async _do<T>(name: string, act: () => Promise<T>): Promise<T> {
    this.busy = name;
    this._changed.emit();
    try {
      return await act();
    } finally {
      this.busy = '';
      await this.refresh();
      this._changed.emit();
    }
  }

  private async _load(): Promise<void> {
    try {
      const said = await ask<{ assignments: Assignment[]; disk: Disk | null }>(
        'GET',
        'assignments'
      );
      this.problem = '';
      this.assignments = said.assignments;
      this.disk = said.disk;
      this.loaded = true;
      const awaited = this.assignments.some(
        one => one.state === 'handed_in' || one.state === 'being_graded'
      );
      this._poll.frequency = {
        ...this._poll.frequency,
        interval: awaited ? SOON : LATER
      };
      for (const assignment of this.news) {
        const key = `${assignment.name} ${assignment.new_feedback}`;
        if (!this._announced.has(key)) {
          this._announced.add(key);
          this._feedbackArrived.emit(assignment);
        }
      }
    } catch (error) {
      this.problem = (error as Error).message;
      throw error;
    } finally {
      this._changed.emit();
    }
  }

  private _poll: Poll;
  private _announced = new Set<string>();
  private _changed = new Signal<this, void>(this);
  private _feedbackArrived = new Signal<this, Assignment>(this);
}
