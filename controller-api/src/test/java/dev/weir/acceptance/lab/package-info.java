/** What the acceptance tests stand on: the running program, its REST, and the clients. */
@NullMarked
package dev.weir.acceptance.lab;

import org.jspecify.annotations.NullMarked;
