/** Who may: one administrator's token, and what browsers must not do. */
@NullMarked
package dev.weir.controller.security;

import org.jspecify.annotations.NullMarked;
