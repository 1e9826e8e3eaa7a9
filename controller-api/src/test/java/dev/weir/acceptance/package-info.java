/**
 * What a user must be able to see: the real program, started the way a user starts it, driven over
 * REST and by real storage clients as processes of their own. Nothing here touches a class of the
 * program.
 */
@NullMarked
package dev.weir.acceptance;

import org.jspecify.annotations.NullMarked;
