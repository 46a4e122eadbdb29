// The feedback page in a tab, in a frame that can run nothing.

import { IThemeManager, MainAreaWidget } from '@jupyterlab/apputils';
import { Widget } from '@lumino/widgets';

import { feedbackAddress } from './api';
import { courseIcon } from './icons';

export class FeedbackFrame extends Widget {
  constructor(
    readonly name: string,
    private themes: IThemeManager | null
  ) {
    super();
    this.addClass('kj-Feedback');
    // A frame with an address of its own: links within the page work. Its sandbox keeps it from
    // running anything and from everything else in JupyterLab.
    this._frame.setAttribute('sandbox', 'allow-popups allow-popups-to-escape-sandbox');
    this.node.append(this._frame);
    themes?.themeChanged.connect(this._show, this);
  }

  /** Show the feedback on this attempt as it is now. */
  showAttempt(attempt: number): void {
    this._attempt = attempt;
    this._show();
  }

  dispose(): void {
    this.themes?.themeChanged.disconnect(this._show, this);
    super.dispose();
  }

  private _show(): void {
    const theme = this.themes?.theme;
    const light = !theme || this.themes!.isLight(theme);
    this._frame.title = `Feedback on attempt ${this._attempt}`;
    this._frame.src = feedbackAddress(this.name, this._attempt, light ? 'light' : 'dark');
  }

  private _frame = document.createElement('iframe');
  private _attempt = 0;
}

export function feedbackTab(
  name: string,
  title: string,
  themes: IThemeManager | null
): MainAreaWidget<FeedbackFrame> {
  const tab = new MainAreaWidget({ content: new FeedbackFrame(name, themes) });
  tab.id = `kireji-feedback-${name}`;
  tab.title.label = `Feedback: ${title}`;
  tab.title.icon = courseIcon;
  tab.title.closable = true;
  tab.toolbar.hide();
  return tab;
}
