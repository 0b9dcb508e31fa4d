// A question that is practiced: the same help as in a quiz, and nothing is sent before its button is pressed.
import "./quiz-order.js";
import { letters } from "./quiz-letters.js";
import { helpWriting } from "./quiz-text.js";

letters(document);
helpWriting();
document.querySelector("#errors")?.focus();
