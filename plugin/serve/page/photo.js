/** A photo that is chosen, dropped or pasted, made small before it is sent. */

import { $ } from "./dom.js";

const SIDE_PX = 640;
const QUALITY = 0.85;

/** Call `onPhoto({base64, url})` for each photo, `onTrouble()` for each file that is none. */
export function takePhotos(onPhoto, onTrouble) {
  const take = async (file) => {
    if (!file) return;
    try {
      onPhoto(await small(file));
    } catch {
      onTrouble();
    }
  };
  $("photo-button").addEventListener("click", () => $("photo-file").click());
  $("photo-file").addEventListener("change", (event) => {
    take(event.target.files[0]);
    event.target.value = "";
  });
  document.addEventListener("paste", (event) => {
    const file = [...(event.clipboardData?.files ?? [])].find(({ type }) => type.startsWith("image/"));
    if (!file) return;
    event.preventDefault();
    take(file);
  });
  watchDrops(take);
}

function watchDrops(take) {
  const hasFile = (event) => [...(event.dataTransfer?.types ?? [])].includes("Files");
  document.addEventListener("dragover", (event) => {
    if (!hasFile(event)) return;
    event.preventDefault();
    $("drop").hidden = false;
  });
  document.addEventListener("dragleave", (event) => {
    if (!event.relatedTarget) $("drop").hidden = true;
  });
  document.addEventListener("drop", (event) => {
    $("drop").hidden = true;
    if (!hasFile(event)) return;
    event.preventDefault();
    take(event.dataTransfer.files[0]);
  });
}

/** The photo as a JPEG of at most `SIDE_PX`, upright, on white. */
export async function small(file) {
  const bitmap = await createImageBitmap(file, { imageOrientation: "from-image" });
  const scale = Math.min(1, SIDE_PX / Math.max(bitmap.width, bitmap.height));
  const canvas = document.createElement("canvas");
  canvas.width = Math.max(1, Math.round(bitmap.width * scale));
  canvas.height = Math.max(1, Math.round(bitmap.height * scale));
  const paper = canvas.getContext("2d");
  paper.fillStyle = "#fff";
  paper.fillRect(0, 0, canvas.width, canvas.height);
  paper.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
  bitmap.close();
  const url = canvas.toDataURL("image/jpeg", QUALITY);
  return { url, base64: url.slice(url.indexOf(",") + 1) };
}
