// The course inside JupyterLab: a panel of assignments, Check all, handing in, and feedback.

import {
  ILabShell,
  JupyterFrontEnd,
  JupyterFrontEndPlugin
} from '@jupyterlab/application';
import {
  Dialog,
  ICommandPalette,
  IThemeManager,
  IToolbarWidgetRegistry,
  MainAreaWidget,
  Notification,
  showDialog,
  ToolbarButton
} from '@jupyterlab/apputils';
import { IDocumentManager } from '@jupyterlab/docmanager';
import { INotebookTracker, NotebookActions, NotebookPanel } from '@jupyterlab/notebook';

import { ChecksPanel } from './checks';
import { FeedbackFrame, feedbackTab } from './feedback';
import { confirmHandIn, saveOpenDocuments } from './handin';
import { checksIcon, courseIcon } from './icons';
import { CourseModel } from './model';
import { Actions, CoursePanel } from './panel';
import { moment, points } from './words';

/** What a student does, as the buttons and the commands call it. */
class Course implements Actions {
  constructor(
    private app: JupyterFrontEnd,
    private shell: ILabShell,
    private documents: IDocumentManager,
    private notebooks: INotebookTracker,
    private themes: IThemeManager | null,
    private model: CourseModel
  ) {
    this._checks = new ChecksPanel((name, cell) => void this._jump(name, cell), checksIcon);
    shell.add(this._checks, 'right', { rank: 50 });
    model.feedbackArrived.connect((_, assignment) => {
      const attempt = assignment.attempts.find(one => one.number === assignment.new_feedback);
      const score = attempt && attempt.score !== null ? `: ${points(attempt)} points` : '';
      const id = Notification.success(`Feedback on “${assignment.title}” is here${score}.`, {
        autoClose: false,
        actions: [
          {
            label: 'Read',
            callback: () => this.feedback(assignment.name, assignment.new_feedback)
          }
        ]
      });
      this._announcements.set(assignment.name, id);
    });
  }

  /** The assignment that a notebook belongs to; "" for any other notebook. */
  nameOf(panel: NotebookPanel | null): string {
    const path = panel?.context.path;
    return this.model.assignments.find(one => one.notebook === path)?.name ?? '';
  }

  begin(name: string): void {
    void this._try(async () => this._open((await this.model.begin(name)).notebook));
  }

  open(name: string): void {
    void this._try(async () => this._open(this._find(name).notebook));
  }

  handIn(name: string): void {
    void this._try(async () => {
      await saveOpenDocuments(this.app, this.documents, name);
      if (!(await confirmHandIn(await this.model.preflight(name)))) {
        return;
      }
      await saveOpenDocuments(this.app, this.documents, name);
      const receipt = await this.model.handIn(name);
      Notification.success(
        `Handed in ${moment(receipt.handed_in)} as attempt ${receipt.number}: ` +
          `“${this._find(name).title}”. You may hand in again.`,
        { autoClose: 15_000 }
      );
    });
  }

  feedback(name: string, attempt: number): void {
    const id = `kireji-feedback-${name}`;
    let tab = [...this.shell.widgets('main')].find(widget => widget.id === id) as
      | MainAreaWidget<FeedbackFrame>
      | undefined;
    if (!tab) {
      tab = feedbackTab(name, this._find(name).title, this.themes);
      const notebook = this._notebook(name);
      this.shell.add(tab, 'main', notebook ? { mode: 'split-right', ref: notebook.id } : {});
    }
    tab.content.showAttempt(attempt);
    Notification.dismiss(this._announcements.get(name) ?? 'none');
    this.shell.activateById(id);
    // The server side notes that the page was opened when it sends it.
    window.setTimeout(() => void this.model.refresh(), 1_000);
  }

  startAfresh(name: string): void {
    void this._try(async () => {
      const { title, notebook } = this._find(name);
      const result = await showDialog({
        title: `Start afresh: ${title}`,
        body:
          `Your folder ${name} is kept under another name, and the assignment is fetched anew.` +
          ' What you handed in is not changed.',
        buttons: [Dialog.cancelButton(), Dialog.okButton({ label: 'Start afresh' })]
      });
      if (!result.button.accept) {
        return;
      }
      await saveOpenDocuments(this.app, this.documents, name);
      for (const widget of [...this.shell.widgets('main')]) {
        if (this.documents.contextForWidget(widget)?.path.startsWith(`${name}/`)) {
          widget.close();
        }
      }
      const { kept } = await this.model.startAfresh(name);
      if (kept) {
        Notification.info(`Your old copy is in the folder “${kept}”.`, { autoClose: 15_000 });
      }
      await this._open(notebook);
    });
  }

  checkAll(name: string): void {
    void this._try(async () => {
      await saveOpenDocuments(this.app, this.documents, name);
      this.shell.activateById(this._checks.id);
      await this._checks.check(name, this._find(name).title);
    });
  }

  private async _jump(name: string, cell: string): Promise<void> {
    await this._try(async () => {
      const panel = await this._open(this._find(name).notebook);
      const content = panel.content;
      const index = content.widgets.findIndex(widget => widget.model.id === cell);
      if (index < 0) {
        throw new Error('This cell is not in the notebook any more. Click Check all again.');
      }
      content.activeCellIndex = index;
      await content.scrollToItem(index, 'start');
      NotebookActions.focusActiveCell(content);
    });
  }

  private async _open(path: string): Promise<NotebookPanel> {
    const widget = this.documents.openOrReveal(path) as NotebookPanel | undefined;
    if (!widget) {
      throw new Error(`${path} cannot be opened.`);
    }
    await widget.revealed;
    this.shell.activateById(widget.id);
    return widget;
  }

  private _notebook(name: string): NotebookPanel | undefined {
    const { notebook } = this._find(name);
    return this.notebooks.find(panel => panel.context.path === notebook);
  }

  private _find(name: string) {
    const found = this.model.find(name);
    if (!found) {
      throw new Error(`There is no released assignment called ${name}.`);
    }
    return found;
  }

  private async _try(act: () => Promise<unknown>): Promise<void> {
    try {
      await act();
    } catch (error) {
      Notification.error((error as Error).message, { autoClose: false });
    }
  }

  private _checks: ChecksPanel;
  private _announcements = new Map<string, string>(); // the notification of each assignment
}

const plugin: JupyterFrontEndPlugin<void> = {
  id: '@kireji/course:plugin',
  description: 'The course: assignments, checks, handing in and feedback.',
  autoStart: true,
  requires: [ILabShell, IDocumentManager, INotebookTracker, IToolbarWidgetRegistry],
  optional: [IThemeManager, ICommandPalette],
  activate: (
    app: JupyterFrontEnd,
    shell: ILabShell,
    documents: IDocumentManager,
    notebooks: INotebookTracker,
    toolbars: IToolbarWidgetRegistry,
    themes: IThemeManager | null,
    palette: ICommandPalette | null
  ) => {
    const model = new CourseModel();
    const course = new Course(app, shell, documents, notebooks, themes, model);
    const panel = new CoursePanel(model, course, courseIcon);
    shell.add(panel, 'left', { rank: 10 });
    void app.restored.then(() => shell.activateById(panel.id));
    for (const [id, label, act] of [
      ['check-all', 'Check all', (name: string) => course.checkAll(name)],
      ['hand-in', 'Hand in', (name: string) => course.handIn(name)]
    ] as const) {
      app.commands.addCommand(`kireji:${id}`, {
        label,
        caption: `${label}: the assignment whose notebook is in front`,
        isVisible: () => course.nameOf(notebooks.currentWidget) !== '',
        execute: () => act(course.nameOf(notebooks.currentWidget))
      });
      palette?.addItem({ command: `kireji:${id}`, category: 'Course' });
      toolbars.addFactory<NotebookPanel>('Notebook', `kireji-${id}`, panel => {
        const button = new ToolbarButton({
          label,
          tooltip: `${label}: this assignment`,
          onClick: () => act(course.nameOf(panel))
        });
        const show = () => button.setHidden(course.nameOf(panel) === '');
        model.changed.connect(show);
        button.disposed.connect(() => model.changed.disconnect(show));
        void panel.context.ready.then(show);
        show();
        return button;
      });
    }
  }
};

export default plugin;
