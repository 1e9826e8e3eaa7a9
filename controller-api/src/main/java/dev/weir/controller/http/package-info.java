/** The edges of HTTP that come before any resource: limits, and errors of the server itself. */
@NullMarked
package dev.weir.controller.http;

import org.jspecify.annotations.NullMarked;
