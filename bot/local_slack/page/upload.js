// Sharing a file: by the paperclip, or dropped on the page.

import { h } from "./dom.js";
import { icon } from "./icons.js";

const LARGEST = 11 * 1024 * 1024;

/** The paperclip; `share({name, mimetype, content})` sends a file, `fail(problem)` says why not. */
export function clip(share, fail) {
  const send = (files) =>
    [...files].reduce((before, file) => before.then(() => one(file)), Promise.resolve()).catch(fail);

  async function one(file) {
    if (file.size > LARGEST) throw new Error(`${file.name} is too large for this page: 11 MB at most.`);
    const mimetype = file.type || "application/octet-stream";
    await share({ name: file.name, mimetype, content: await base64(file) });
  }

  const picker = h("input", { type: "file", multiple: true, hidden: true, "aria-label": "Files" });
  picker.addEventListener("change", () => {
    send(picker.files);
    picker.value = "";
  });
  const main = document.getElementById("main");
  main.addEventListener("dragover", (event) => event.preventDefault());
  main.addEventListener("drop", (event) => {
    event.preventDefault();
    send(event.dataTransfer.files);
  });
  const label = "Attach a file";
  const click = () => picker.click();
  return [
    picker,
    h(
      "button",
      { type: "button", class: "tool clip", "aria-label": label, title: label, on: { click } },
      icon("clip"),
    ),
  ];
}

async function base64(file) {
  const address = await new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(reader.result);
    reader.onerror = () => reject(new Error(`${file.name} cannot be read.`));
    reader.readAsDataURL(file);
  });
  return address.slice(address.indexOf(",") + 1);
}
