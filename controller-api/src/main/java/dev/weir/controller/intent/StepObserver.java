package dev.weir.controller.intent;

/** Is told of each point between the steps of a change, on the thread that makes it. */
@FunctionalInterface
public interface StepObserver {
    /** Nobody watches. */
    StepObserver NONE = _ -> {};

    void reached(Step step);
}
