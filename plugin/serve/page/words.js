/** Every text of the page, in English and Chinese. */

const WORDS = {
  en: {
    title: "Search by words and pictures", skip: "Skip to the results", home: "Diptych, begin again", search: "Search",
    text: "Words to search for", textHint: "What are you looking for?", butNot: "but not",
    notHint: "striped", photo: "Search by photo", photoHint: "Choose, drop or paste a photo",
    go: "Search", suggestions: "Suggestions", index: "Index", key: "API key",
    keyNeeded: "This server asks for a key.", useKey: "Use it", said: "Searching by",
    controls: "Filters and weights", balance: "What counts", reset: "Reset", blending: "Blending",
    minMax: "Min–max", zScore: "Z-score", rrf: "Ranks (RRF)", diversity: "Diversity",
    clearFilters: "Clear all filters", results: "Results", sort: "Sort by", why: "Show why",
    legend: "Parts of a score", pages: "Pages", previous: "Previous", next: "Next",
    request: "The request, to copy", copy: "Copy", copied: "Copied", drop: "Drop the photo to search by it",
    keywords: "Keywords", textPart: "Text", image: "Image", agreement: "Agreement",
    boost: "Boosts", offset: "Offset",
    offsetHint: "what normalising adds or takes away; the same for every hit",
    relevance: "Relevance", ascending: "{field}, lowest first", descending: "{field}, highest first",
    photoChip: "Photo", likeChip: "Like", lessChip: "Not like", remove: "Remove {name}",
    more: "More like this", less: "Less like this",
    moreOf: "More like {name}", lessOf: "Less like {name}", detailsOf: "Details of {name}",
    found: "{n} found in {ms} ms", foundOne: "1 found in {ms} ms", foundMany: "at least {n} found in {ms} ms",
    none: "Nothing was found. Fewer filters or other words may help.",
    degraded: "Not everything could be used. {reason}",
    page: "{first}–{last}", close: "Close", least: "{field}, at least", most: "{field}, at most",
    to: "to", yes: "yes", no: "no", score: "Score", scoreOf: "Score {score}: {parts}", id: "id",
    terms: "Matched words: {terms}", badPhoto: "This file is not a picture that can be read.",
    failed: "The server does not answer. Is it still running?", untitled: "Without a title",
    noDsl: "The request for the cluster is not shown here: {reason}", filtersOn: "Filters and weights ({n})",
    toJudge: "Grade answers",
  },
  zh: {
    title: "以文字和图片搜索", skip: "跳到搜索结果", home: "Diptych，重新开始", search: "搜索",
    text: "搜索词", textHint: "想找什么？", butNot: "但不要",
    notHint: "条纹", photo: "以图搜索", photoHint: "选择、拖入或粘贴照片",
    go: "搜索", suggestions: "搜索建议", index: "索引", key: "API 密钥",
    keyNeeded: "此服务器需要密钥。", useKey: "使用", said: "搜索依据",
    controls: "筛选与权重", balance: "权重", reset: "重置", blending: "融合方式",
    minMax: "最小–最大", zScore: "Z 分数", rrf: "按名次 (RRF)", diversity: "多样性",
    clearFilters: "清除所有筛选", results: "搜索结果", sort: "排序", why: "显示原因",
    legend: "得分的组成", pages: "翻页", previous: "上一页", next: "下一页",
    request: "复制此请求", copy: "复制", copied: "已复制", drop: "放下照片即可搜索",
    keywords: "关键词", textPart: "文本", image: "图像", agreement: "图文一致",
    boost: "加权", offset: "偏移",
    offsetHint: "归一化带来的增减；对每个结果都相同",
    relevance: "相关度", ascending: "{field}从低到高", descending: "{field}从高到低",
    photoChip: "照片", likeChip: "类似", lessChip: "不像", remove: "移除 {name}",
    more: "更多类似", less: "少些类似",
    moreOf: "更多类似 {name}", lessOf: "少些类似 {name}", detailsOf: "{name} 的详情",
    found: "找到 {n} 件，用时 {ms} 毫秒", foundOne: "找到 1 件，用时 {ms} 毫秒", foundMany: "至少找到 {n} 件，用时 {ms} 毫秒",
    none: "没有找到结果。可以减少筛选条件或换个说法。",
    degraded: "部分条件未能使用。{reason}",
    page: "第 {first}–{last} 件", close: "关闭", least: "{field} 最小值", most: "{field} 最大值",
    to: "至", yes: "是", no: "否", score: "得分", scoreOf: "得分 {score}：{parts}", id: "编号",
    terms: "匹配的词：{terms}", badPhoto: "无法读取此文件中的图片。",
    failed: "服务器没有响应。它还在运行吗？", untitled: "无标题",
    noDsl: "此处不显示发往集群的请求：{reason}", filtersOn: "筛选与权重（{n}）",
    toJudge: "评判结果",
  },
};

let language = "en";

/** Add the texts of another page: language -> key -> text. */
export function learn(more) {
  for (const [name, texts] of Object.entries(more)) Object.assign(WORDS[name], texts);
}

/** The language that was chosen before, else the browser's if it is Chinese, else English. */
export function firstLanguage() {
  const chosen = localStorage.getItem("diptych.language");
  return chosen in WORDS ? chosen : navigator.language.toLowerCase().startsWith("zh") ? "zh" : "en";
}

/** Write the page in a language. */
export function speak(chosen) {
  language = chosen;
  document.documentElement.lang = chosen === "zh" ? "zh-Hans" : "en";
  for (const node of document.querySelectorAll("[data-t]")) node.textContent = say(node.dataset.t);
  for (const node of document.querySelectorAll("[data-t-label]")) node.setAttribute("aria-label", say(node.dataset.tLabel));
  for (const node of document.querySelectorAll("[data-t-placeholder]")) node.placeholder = say(node.dataset.tPlaceholder);
  for (const node of document.querySelectorAll("[data-t-title]")) node.title = say(node.dataset.tTitle);
}

/** One text with its {gaps} filled. */
export function say(key, gaps = {}) {
  return WORDS[language][key].replace(/\{(\w+)\}/g, (_, name) => gaps[name] ?? "");
}

/** The language that the page is not in. */
export const otherLanguage = () => (language === "zh" ? "en" : "zh");

/** A number as the language writes it. */
export const number = (value, digits = 2) =>
  new Intl.NumberFormat(language, { maximumFractionDigits: digits }).format(value);

/** A score or a part of one. */
export const points = (value) =>
  new Intl.NumberFormat(language, { minimumFractionDigits: 3, maximumFractionDigits: 3 }).format(value);

/** `in_stock` as people read it. */
export const plain = (field) => {
  const words = field.replaceAll(/[_.]/g, " ");
  return words.charAt(0).toUpperCase() + words.slice(1);
};
