/** The published description of the REST API. */
@NullMarked
package dev.weir.controller.openapi;

import org.jspecify.annotations.NullMarked;
