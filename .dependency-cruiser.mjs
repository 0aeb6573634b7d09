/**
 * Which file may import which: `npm run check:imports`. A file imports from its own folder and from folders above it in the
 * lists below, types counted; nothing imports in a circle.
 */

/** The folders of `src`, each above those that may import from it. */
const house = [
  '(?:errors|version)[.]ts',
  'text/',
  'schemas/',
  'body/',
  'dialect/',
  'formats/',
  'detect/',
  'reply/',
  'prompt/',
  'jinja/',
  'translate/',
  'stream/',
  'tokens/',
  'dataset/',
  'source/',
  'fetch/',
  'check/',
  'cli/',
];

/** The folders of `src/tokens`. */
const tokens = [
  'bpe/',
  'data/',
  'encodings/',
  'tokenizer-json/',
  'models/',
  'messages/',
  'render/',
  'chat/',
  'cut/',
  'fit/',
];

/** One rule for each folder: it imports from none below it. */
const inOrder = (root, rooms) =>
  rooms.slice(0, -1).map((room, i) => ({
    name: `${root}${room}`.replace(/[^\w/-]/g, '').replace(/\/$/, ''),
    comment: 'A file imports only from its own folder and from folders above it in the list.',
    severity: 'error',
    from: { path: `^${root}${room}` },
    to: { path: `^${root}(?:${rooms.slice(i + 1).join('|')})` },
  }));

export default {
  forbidden: [
    {
      name: 'no-cycle',
      comment: 'Files that import each other, over whatever way, are one file in pieces.',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    ...inOrder('src/', house),
    ...inOrder('src/tokens/', tokens),
    {
      name: 'no-way-through-the-door',
      comment:
        'The files that users import from are for users: within the house a file is imported where it stands.',
      severity: 'error',
      from: { path: '^src/[^/]+/' },
      to: { path: '^src/(?!errors|version)[^/]+[.]ts$' },
    },
    {
      name: 'pure-core',
      comment: 'Only the edges touch the world.',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/(?:fetch|check|cli)/' },
      to: { dependencyTypes: ['core'] },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'types', 'default'] },
  },
};
