/** What the program was started with, and the directory it owns. */
@NullMarked
package dev.weir.controller.settings;

import org.jspecify.annotations.NullMarked;
