/**
 * Changes that span the database and the engine.\n *\n *
 *
 * <p>The intent is written first, then the engine does it (each of its operations can be
 * repeated),\n * then the row says so, then the client is told. Whatever is found half done at the
 * next start is\n * finished.
 */
@NullMarked
package dev.weir.controller.intent;

import org.jspecify.annotations.NullMarked;
