import { completeLabelDialect } from '../dialect/labels/complete.js';

export const chinese = /* @__PURE__ */ completeLabelDialect({
  name: 'chinese',
  labels: { system: ['系统', '系統'], user: ['用户', '用戶', '使用者'], assistant: ['助手', '助理'] },
  colon: '：',
  gap: '',
});

/** ChatGLM's questions and answers. */
export const chineseQuestionAnswer = /* @__PURE__ */ completeLabelDialect({
  name: 'chinese-q-a',
  labels: { system: ['系统', '系統'], user: ['问', '問'], assistant: '答' },
  colon: '：',
  gap: '',
});

export const japanese = /* @__PURE__ */ completeLabelDialect({
  name: 'japanese',
  labels: { system: 'システム', user: 'ユーザー', assistant: 'アシスタント' },
  colon: '：',
  gap: '',
});

export const spanish = /* @__PURE__ */ completeLabelDialect({
  name: 'spanish',
  labels: { system: 'Sistema', user: 'Usuario', assistant: 'Asistente' },
});

export const french = /* @__PURE__ */ completeLabelDialect({
  name: 'french',
  labels: { system: ['Système', 'Systeme'], user: 'Utilisateur', assistant: 'Assistant' },
});

export const german = /* @__PURE__ */ completeLabelDialect({
  name: 'german',
  labels: { system: 'System', user: ['Benutzer', 'Nutzer'], assistant: 'Assistent' },
});

export const russian = /* @__PURE__ */ completeLabelDialect({
  name: 'russian',
  labels: { system: 'Система', user: 'Пользователь', assistant: 'Ассистент' },
});
