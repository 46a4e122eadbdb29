import { LabIcon } from '@jupyterlab/ui-components';

// The course's mark: a slanted stroke, as on the feedback page, in an open book.
export const courseIcon = new LabIcon({
  name: 'kireji:course',
  svgstr: `<svg xmlns="http://www.w3.org/2000/svg" width="16" viewBox="0 0 24 24">
    <path class="jp-icon3" fill="#616161" d="M3 5c3-1 6-1 8 .6V20c-2-1.500-5-1.600-8-.7z
      M21 5c-3-1-6-1-8 .6V20c2-1.500 5-1.600 8-.7z"/></svg>`
});

export const checksIcon = new LabIcon({
  name: 'kireji:checks',
  svgstr: `<svg xmlns="http://www.w3.org/2000/svg" width="16" viewBox="0 0 24 24">
    <path class="jp-icon3" fill="#616161" d="M3 6.500 4.400 5 6 6.600 9.600 3 11 4.400 6 9.400z
      M13 5h8v2h-8z M3 13.500 4.400 12 6 13.600 9.600 10 11 11.400 6 16.400z M13 12h8v2h-8z
      M4 18h4v2H4z M13 18h8v2h-8z"/></svg>`
});
