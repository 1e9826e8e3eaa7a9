/** What the engine has and what the database says, brought together at each start. */
@NullMarked
package dev.weir.controller.reconcile;

import org.jspecify.annotations.NullMarked;
