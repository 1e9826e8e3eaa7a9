/** How JSON is read: strictly; and sizes, which come as bytes or with a binary unit. */
@NullMarked
package dev.weir.controller.json;

import org.jspecify.annotations.NullMarked;
