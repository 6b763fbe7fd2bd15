// Small parts of the data views.
import { make } from "./dom.js";

export function button(label, click) {
  return make("button", { type: "button", click }, label);
}

// Runs what a button does; what goes wrong is said in `place`, not lost in the console.
export function guarded(place, action) {
  return async (event) => {
    event?.preventDefault?.();
    place.textContent = "";
    place.className = "soft";
    try {
      place.textContent = (await action()) ?? "";
    } catch (error) {
      place.className = "bad";
      place.textContent = error.message;
    }
  };
}

export const notice = () => make("p", { role: "status", class: "soft" });

export function shownValue(value) {
  if (value === null) return make("span", { class: "soft" }, "NULL");
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}
