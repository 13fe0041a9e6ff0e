import { Page } from './page';

const page = new Page();
page.open();

addEventListener('pagehide', () => page.leave());

// The page comes back from the browser's cache without its connection.
addEventListener('pageshow', (event) => {
  if (event.persisted) {
    page.comeBack();
  }
});
