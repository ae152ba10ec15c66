import { Markup, markup } from '../../src/report/markup';

describe('markup', () => {
  it('escapes what is put in, and not what is markup already', () => {
    const name = `<b>"Q&A's"</b>`;
    expect(markup`<p title="${name}">${name}${markup`<i>${1}</i>`}</p>`.text).toBe(
      '<p title="&lt;b&gt;&quot;Q&amp;A&#39;s&quot;&lt;/b&gt;">&lt;b&gt;&quot;Q&amp;A&#39;s&quot;&lt;/b&gt;<i>1</i></p>',
    );
  });

  it('joins lists of markup', () => {
    expect(markup`${[new Markup('<br>'), markup`&`]}`.text).toBe('<br>&');
  });
});
