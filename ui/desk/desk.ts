// Loaded by every page of the desk. The desk works without it: what is
// imported here only makes pages more convenient.
import { startPalette } from "./palette";
import { tellSignedIn } from "./session";
import { fillZone } from "./zone";

startPalette();
fillZone();
tellSignedIn();
