import { labelDialect } from '../dialect/labels/complete.js';

export const chinese = /* @__PURE__ */ labelDialect({
  name: 'chinese',
  labels: { system: ['系统', '系統'], user: ['用户', '用戶', '使用者'], assistant: ['助手', '助理'] },
  colon: '：',
  gap: '',
});

/** ChatGLM's questions and answers. */
export const chineseQA = /* @__PURE__ */ labelDialect({
  name: 'chinese-q-a',
  labels: { system: ['系统', '系統'], user: ['问', '問'], assistant: '答' },
  colon: '：',
  gap: '',
});

export const japanese = /* @__PURE__ */ labelDialect({
  name: 'japanese',
  labels: { system: 'システム', user: 'ユーザー', assistant: 'アシスタント' },
  colon: '：',
  gap: '',
});

export const spanish = /* @__PURE__ */ labelDialect({
  name: 'spanish',
  labels: { system: 'Sistema', user: 'Usuario', assistant: 'Asistente' },
});

export const french = /* @__PURE__ */ labelDialect({
  name: 'french',
  labels: { system: ['Système', 'Systeme'], user: 'Utilisateur', assistant: 'Assistant' },
});

export const german = /* @__PURE__ */ labelDialect({
  name: 'german',
  labels: { system: 'System', user: ['Benutzer', 'Nutzer'], assistant: 'Assistent' },
});

export const russian = /* @__PURE__ */ labelDialect({
  name: 'russian',
  labels: { system: 'Система', user: 'Пользователь', assistant: 'Ассистент' },
});
